#include "engine/app/startup_pages.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string_view>

namespace tocsin::app {
namespace {

// Segments without write permission hold what is in the file and nothing else: no relocation was
// ever written to them, so dropping a page loses nothing.
bool is_unwritten(const ElfW(Phdr) & segment) {
  return segment.p_type == PT_LOAD && (segment.p_flags & PF_W) == 0;
}

// Compiled with text relocations: its code was written to.
bool has_text_relocations(const dl_phdr_info& object) {
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    if (object.dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    const auto* entry =
        reinterpret_cast<const ElfW(Dyn)*>(object.dlpi_addr + object.dlpi_phdr[i].p_vaddr);
    for (; entry->d_tag != DT_NULL; ++entry) {
      const bool by_flag = entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0;
      if (entry->d_tag == DT_TEXTREL || by_flag) return true;
    }
  }
  return false;
}

int release_object(dl_phdr_info* object, size_t, void*) {
  const std::string_view path = object->dlpi_name;
  const bool is_file = path.empty() || path.find('/') != std::string_view::npos;
  if (!is_file || has_text_relocations(*object)) return 0;
  const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object->dlpi_phdr[i];
    if (!is_unwritten(segment)) continue;
    // Whole pages of this segment alone: the last one may be shared with the next segment.
    const uintptr_t from = (object->dlpi_addr + segment.p_vaddr) / page * page;
    const uintptr_t to = (object->dlpi_addr + segment.p_vaddr + segment.p_memsz) / page * page;
    // Best effort: pages that stay do no harm.
    if (to > from) ::madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void release_startup_pages() { ::dl_iterate_phdr(release_object, nullptr); }

}  // namespace tocsin::app
