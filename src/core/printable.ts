const TAB = '\t';
/** Unicode has a sign for each control character of ASCII. */
const SIGNS_FROM = 0x2400;
const SIGN_OF_DELETE = '\u2421';
const NO_SIGN = '\ufffd';

/**
 * One line for a terminal or an agent. Names and contents of files may hold control characters: a terminal would obey them (it can be told
 * to change its title, or what is on the clipboard), and a line break in a name would begin a row of its own. They are shown as signs, and
 * nothing but tabs stays.
 */
export function printable(line: string): string {
  return line.replace(/\p{Cc}/gu, (control) => {
    const code = control.charCodeAt(0);
    if (control === TAB) return control;
    if (code < 0x20) return String.fromCharCode(SIGNS_FROM + code);
    return code === 0x7f ? SIGN_OF_DELETE : NO_SIGN;
  });
}
