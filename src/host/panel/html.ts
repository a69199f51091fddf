/** What the page of the panel is put together from; addresses are already the webview's own. */
export interface PanelPage {
  readonly nonce: string;
  /** The webview's own source for local files. */
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
  readonly codicons: string;
  readonly language: string;
}

/**
 * The page of the panel. Nothing may load but the bundled script (by its nonce), the bundled styles and the icon font; no connection,
 * no frame, no form, no inline script and no inline style.
 */
export function panelHtml(page: PanelPage): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${page.nonce}'`,
    `style-src ${page.cspSource}`,
    `font-src ${page.cspSource}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escapeAttribute(page.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeAttribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Quarry</title>
<link rel="stylesheet" href="${escapeAttribute(page.codicons)}">
<link rel="stylesheet" href="${escapeAttribute(page.style)}">
</head>
<body>
<div id="panel"></div>
<script nonce="${escapeAttribute(page.nonce)}" src="${escapeAttribute(page.script)}"></script>
</body>
</html>
`;
}

function escapeAttribute(text: string): string {
  return text.replace(/&/gu, '&amp;').replace(/"/gu, '&quot;').replace(/</gu, '&lt;').replace(/>/gu, '&gt;');
}
