import type { SkipReason } from '../core/files.ts';

/** A rule about the name of a file. */
export interface NameRule {
  readonly reason: SkipReason;
  readonly detail: string;
  /** Whether a `!` line in `.quarryignore` may take the file in all the same. */
  readonly negotiable: boolean;
}

/** Directories that tools fill; each name is a rule that `.quarryignore` can turn off with a `!` line that names it. */
const TOOL_DIRECTORIES = new Set([
  '.git',
  '.hg',
  '.svn',
  '.jj',
  'node_modules',
  'bower_components',
  'jspm_packages',
  '__pycache__',
  '.venv',
  '.tox',
  '.nox',
  '.eggs',
  '.mypy_cache',
  '.pytest_cache',
  '.ruff_cache',
  '.ipynb_checkpoints',
  '.gradle',
  '.terraform',
  '.terragrunt-cache',
  '.dart_tool',
  '.nyc_output',
  '.parcel-cache',
  '.turbo',
  '.next',
  '.nuxt',
  '.svelte-kit',
  '.angular',
  '.serverless',
  '.bundle',
  '.stack-work',
  '.zig-cache',
  'zig-cache',
  'DerivedData',
]);

/** Bookkeeping of version control: never listed and never of interest. */
const VERSION_CONTROL = new Set(['.git', '.hg', '.svn', '.jj']);

/** True for a directory (by its bare name) that a tool fills. */
export function isToolDirectory(name: string): boolean {
  return TOOL_DIRECTORIES.has(name);
}

export function isVersionControl(name: string): boolean {
  return VERSION_CONTROL.has(name);
}

/** Environment files that are written to be shared: `.env.example`, `example.env`. */
const EXAMPLE = /^\.env.*[.-](example|sample|template|dist|defaults?)$|^\.?(example|sample|template)\.env$/;

const SECRET_NAMES =
  /^(\.npmrc|[._]netrc|\.pypirc|\.git-credentials|\.htpasswd|\.dockercfg|\.pgpass|\.my\.cnf|\.s3cfg|\.boto|\.vault-token|credentials|\.credentials|credentials\.json|application_default_credentials\.json|client_secret.*\.json|service[-_]?account.*\.json|secrets?\.(ya?ml|json|toml|ini)|master\.key|.*\.tfstate(\.backup)?)$/;
const SECRET_EXTENSIONS = /\.(pem|key|p12|pfx|pkcs12|p8|jks|keystore|bks|kdb|kdbx|ppk|agekey|gpg|pgp|ovpn)$/;
const PRIVATE_KEY = /^id_[a-z0-9_-]+(\.(old|bak|orig|backup|txt|\d+))?$/;
const SECRET_DIRECTORIES = /(^|\/)(\.ssh|\.gnupg|\.aws|\.kube|\.azure|\.gcloud)\//;

function secretRule(path: string, name: string): NameRule | undefined {
  const rule = (detail: string, negotiable = false): NameRule => ({ reason: 'secret', detail, negotiable });
  if (EXAMPLE.test(name)) return rule('.env*', true);
  if (/^\.env/.test(name) || /\.env$/.test(name)) return rule('.env*');
  if (SECRET_NAMES.test(name)) return rule(name);
  const extension = SECRET_EXTENSIONS.exec(name)?.[1];
  if (extension) return rule(`*.${extension}`);
  if (PRIVATE_KEY.test(name)) return rule('id_*');
  const directory = SECRET_DIRECTORIES.exec(path)?.[2];
  if (directory) return rule(`${directory}/`);
  return undefined;
}

const LOCK_NAMES = new Set([
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'bun.lockb',
  'go.sum',
  'go.work.sum',
  'packages.lock.json',
  'package.resolved',
  'cartfile.resolved',
  'gradle.lockfile',
  'cabal.project.freeze',
  '.terraform.lock.hcl',
]);

const BINARY_EXTENSIONS = new Set(
  [
    'png jpg jpeg jpe gif bmp ico icns webp avif heic tif tiff psd ai xcf sketch fig raw cr2 dds exr hdr ktx',
    'mp3 mp4 m4a m4v wav flac ogg oga ogv opus aac mid midi avi mov mkv webm wmv mpg mpeg 3gp',
    'woff woff2 ttf otf eot ttc pfb',
    'zip gz tgz bz2 xz zst lz lz4 lzma 7z rar tar jar war ear aar apk ipa dmg iso img deb rpm msi cab nupkg whl egg gem crx vsix',
    'exe dll so dylib a o obj lib pdb ilk class pyc pyo pyd wasm node elc beam ko efi rlib rmeta dex',
    'pdf doc docx xls xlsx ppt pptx odt ods odp epub mobi',
    'db sqlite sqlite3 mdb accdb dbf ldb parquet arrow feather avro orc npy npz pkl pickle h5 hdf5 mat rdata rds',
    'onnx pt pth ckpt safetensors gguf ggml tflite pb caffemodel mlmodel lance',
    'glb fbx blend 3ds max stl uasset umap pak bsp swf fla nib mo gmo der crt cer p7b sst ds_store',
  ].flatMap((line) => line.split(' ')),
);

/** What the name of a file says about it, or nothing. `path` is relative with `/`; names are compared without case. */
export function skipByName(path: string): NameRule | undefined {
  const lower = path.toLowerCase();
  const name = lower.slice(lower.lastIndexOf('/') + 1);
  const secret = secretRule(lower, name);
  if (secret) return secret;
  const dot = name.lastIndexOf('.');
  const extension = dot < 0 ? '' : name.slice(dot + 1);
  if (LOCK_NAMES.has(name) || extension === 'lock') return { reason: 'lock-file', detail: name, negotiable: true };
  const minified = /[.-]min\.(js|mjs|cjs|css)$/.exec(name);
  if (minified) return { reason: 'minified', detail: `*${minified[0]}`, negotiable: true };
  const map = /\.(js|mjs|cjs|css|ts|jsx|tsx)\.map$/.exec(name);
  if (map) return { reason: 'generated', detail: 'a source map', negotiable: true };
  if (BINARY_EXTENSIONS.has(extension)) return { reason: 'binary', detail: `*.${extension}`, negotiable: true };
  return undefined;
}

/** The end of the sentence "`path` is not indexed: ...", for each reason. */
export function describeSkip(reason: SkipReason, detail?: string): string {
  const said = (text: string) => (detail ? `${text} (${detail})` : text);
  switch (reason) {
    case 'git-ignored':
      return said('git ignores it');
    case 'ignored':
      return said('an ignore rule leaves it out');
    case 'excluded-by-settings':
      return said('the settings leave it out');
    case 'quarryignore':
      return said('.quarryignore leaves it out');
    case 'secret':
      return said('its name says that it may hold secrets, and those are never indexed');
    case 'binary':
      return said('it is not a text file');
    case 'too-large':
      return said('it is too large');
    case 'minified':
      return said('it is minified or one very long line');
    case 'generated':
      return said('it says that a program generated it');
    case 'lock-file':
      return said('it is a lock file, which a package manager writes');
    case 'outside-folder':
      return said('it lies outside the folder');
    case 'not-a-file':
      return said('it is not a regular file');
    case 'unreadable':
      return said('it cannot be read');
    case 'empty':
      return said('it is empty');
  }
}
