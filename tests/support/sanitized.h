#pragma once

namespace agm::test {

#ifndef __has_feature
#define __has_feature(feature) 0
#endif

/// True in builds with a sanitizer, where memory and time must not be measured.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace agm::test
