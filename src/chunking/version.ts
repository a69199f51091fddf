/**
 * Changes whenever the same file would give other chunks: it is part of what names an index.
 *
 * 1: definitions by tree-sitter, sections, windows.
 */
export const CHUNKER_VERSION = '1';
