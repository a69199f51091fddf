// Runs in the page before its own script: the API that the editor gives to webviews, the theme's variables, the editor's styles.
// `panelTheme` is set before by another script.
const sentMessages = [];
const keptState = sessionStorage.getItem('state');
let panelState = keptState === null ? undefined : JSON.parse(keptState);
Object.assign(globalThis, {
  sentMessages,
  acquireVsCodeApi: () => ({
    postMessage: (message) => sentMessages.push(structuredClone(message)),
    getState: () => panelState,
    setState: (next) => {
      panelState = structuredClone(next);
      sessionStorage.setItem('state', JSON.stringify(next));
    },
  }),
});
document.addEventListener('DOMContentLoaded', () => {
  const theme = globalThis.panelTheme;
  for (const [name, value] of Object.entries(theme.variables)) document.documentElement.style.setProperty(name, value);
  document.body.className = theme.body;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(theme.defaults);
  document.adoptedStyleSheets = [sheet];
  // The view's own colour lies below the webview, which is transparent.
  document.documentElement.style.backgroundColor = theme.variables['--vscode-sideBar-background'] ?? '';
});
