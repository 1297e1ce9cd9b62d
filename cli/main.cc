#include "cli/app.h"

int main(int argc, char** argv) { return agm::cli::Main({argv + 1, argv + argc}); }
