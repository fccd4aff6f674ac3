# Headers of the standard library that nearly every file reads, compiled once per target. Each file still includes what it
# uses: the presets without precompiled headers (dev, asan, tidy, fuzz) see to that.
set(standard_headers <algorithm> <array> <chrono> <cstdint> <filesystem> <fstream> <functional> <map> <memory> <optional>
  <set> <sstream> <string> <string_view> <unordered_map> <utility> <variant> <vector>)
