/** Folder of a VS Code server that can be started: `out/server-main.js` is its entry. Links its modules the first time. */
export function vscodeRoot(): string;
