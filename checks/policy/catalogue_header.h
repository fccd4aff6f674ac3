// The header of a catalogue file: editions, source, hash of the records.
#pragma once

#include "checks/policy/catalogue_line.h"
#include "checks/policy/catalogue_tables.h"

namespace muster::policy {

/// Tables with the bytes and their lower-case form, nothing else. Errors: `Limit` above 16 MiB,
/// `Syntax` at a byte that is neither printable ASCII nor a line feed.
[[nodiscard]] Result<CatalogueTables> load_catalogue(std::string_view bytes,
                                                     const SourceId& source);

/// Reads lines up to the one with the hash, which it returns.
[[nodiscard]] Result<LineFields> read_header(CatalogueTables& tables, LineReader& lines);

/// `Invalid` when `records` do not have the SHA-256 that the line names.
[[nodiscard]] Status require_hash(const LineFields& line, std::string_view records);

/// A whole number in decimal digits; nothing for other text.
[[nodiscard]] std::optional<std::uint32_t> parse_number(std::string_view text);

/// Reads the number of an edition below `end`. `Invalid` for other text.
[[nodiscard]] Status read_edition_number(const LineFields& line, std::string_view text,
                                         std::size_t end, std::uint8_t& out);

}  // namespace muster::policy
