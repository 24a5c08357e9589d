# segue_embed(target file): the file's bytes become part of the target, readable as
# segue::embedded::<name>() where <name> is the file name with dots as underscores.
function(segue_embed target file)
  get_filename_component(base ${file} NAME)
  string(REPLACE "." "_" name ${base})
  string(REPLACE "-" "_" name ${name})
  cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE path)
  set(asm ${CMAKE_BINARY_DIR}/generated/embedded/${name}.S)
  set(header ${CMAKE_BINARY_DIR}/generated/embedded/${name}.hpp)
  file(CONFIGURE OUTPUT ${asm} CONTENT
"    .section .rodata
    .global segue_embedded_@name@, segue_embedded_@name@_end
segue_embedded_@name@:
    .incbin \"@path@\"
segue_embedded_@name@_end:
    .byte 0
    .section .note.GNU-stack,\"\",@progbits
" @ONLY)
  file(READ ${asm} text)
  string(REPLACE "@progbits" "%progbits" text "${text}")
  file(WRITE ${asm}.tmp "${text}")
  file(COPY_FILE ${asm}.tmp ${asm} ONLY_IF_DIFFERENT)
  file(CONFIGURE OUTPUT ${header} CONTENT
"#pragma once
#include <string_view>
extern \"C\" const char segue_embedded_@name@[], segue_embedded_@name@_end[];
namespace segue::embedded {
inline std::string_view @name@() {
  return {segue_embedded_@name@,
          static_cast<std::size_t>(segue_embedded_@name@_end - segue_embedded_@name@)};
}
}  // namespace segue::embedded
" @ONLY)
  set_source_files_properties(${asm} PROPERTIES OBJECT_DEPENDS ${path})
  target_sources(${target} PRIVATE ${asm})
endfunction()

# segue_embed_folder(target name pattern): all files that match become one text, segue::embedded::<name>(),
# in which "== <file name without extension> ==" stands before each.
function(segue_embed_folder target name pattern)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${pattern})
  set(all "")
  foreach(file IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    get_filename_component(section ${file} NAME_WE)
    file(READ ${file} text)
    string(APPEND all "== ${section} ==\n${text}")
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/${name} CONTENT "@all@" @ONLY)
  segue_embed(${target} ${CMAKE_BINARY_DIR}/generated/${name})
endfunction()
