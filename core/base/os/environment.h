#pragma once

/// The variables of the process, each as NAME=VALUE, up to a null pointer. POSIX leaves this declaration
/// to the program, and the headers of macOS have none.
///
///   posix_spawnp(&child, "sh", nullptr, nullptr, arguments, environ);
///
/// Thread safety: any thread, as long as none changes a variable.
extern "C" {
extern char** environ;
}
