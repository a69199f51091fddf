/**
 * Changes whenever the same file would give other chunks: it is part of what names an index.
 *
 * 1: definitions by tree-sitter, sections, windows.
 * 2: scripts without an extension by their first line; in Haskell, docs a blank line above and pragmas below their definition.
 */
export const CHUNKER_VERSION = '2';
