import packed from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

const LONGEST_START_MS = 180_000;

/**
 * Starts headless Chromium. It comes from npm, with the libraries and the font it needs; `CHROMIUM` names another one.
 * Rendering is in software, so pictures are the same everywhere.
 */
export async function startBrowser(): Promise<Browser> {
  // The package unpacks its own libraries and font only where it believes to run on Amazon's machines.
  process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs22.x';
  const executablePath = process.env.CHROMIUM ?? (await packed.executablePath());
  const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
  return chromium.launch({ executablePath, headless: true, args, timeout: LONGEST_START_MS });
}
