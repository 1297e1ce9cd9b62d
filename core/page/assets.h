#pragma once

#include <span>
#include <string>
#include <string_view>

/// The page that people open in a browser: its files, its sessions, and its live rows.
namespace agm::page {

/// A file of the page, embedded in the program by cmake/embed_page.cmake.
struct Asset {
  std::string_view name;  ///< "main.0a1b2c3d.js"; the page itself is "index.html"
  std::string_view type;  ///< its media type
  std::string_view gzip;  ///< its bytes, compressed
};

std::span<const Asset> Assets();

/// The file of that name; null if there is none.
const Asset* FindAsset(std::string_view name);

/// The bytes of the file, for clients that do not accept gzip.
std::string Unpacked(const Asset& asset);

}  // namespace agm::page
