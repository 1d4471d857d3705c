// Stands in for free and realloc of the C library, for this program and every library it is linked with. (The
// library's own M_PERTURB passes over what it keeps for the thread that freed it, which is nearly everything.)
#include "common/process/wiping.h"

#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

extern "C" {

void* __libc_malloc(std::size_t size) noexcept;
void __libc_free(void* block) noexcept;

void free(void* block) noexcept {
  if (block == nullptr) return;
  explicit_bzero(block, malloc_usable_size(block));
  __libc_free(block);
}

// Never by the library's own, which frees what it moves away from as it is.
void* realloc(void* block, std::size_t size) noexcept {
  if (block == nullptr) return __libc_malloc(size);
  if (size == 0) {
    free(block);
    return nullptr;
  }
  const std::size_t held = malloc_usable_size(block);
  if (size <= held && size >= held / 2) {
    explicit_bzero(static_cast<char*>(block) + size, held - size);
    return block;
  }
  void* moved = __libc_malloc(size);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, block, std::min(held, size));
  free(block);
  return moved;
}

}  // extern "C"

namespace avvik::process {

bool WipesFreedMemory() { return true; }

}  // namespace avvik::process
