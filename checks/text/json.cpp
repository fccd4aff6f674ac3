// Filled by the text readers.
