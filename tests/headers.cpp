// Holds nothing: the precompiled headers of the tests are made for it, and read by all of them.
