#pragma once
// compress2, compressBound and uncompress: the whole of zlib that Seep calls.
#include <zlib.h>
