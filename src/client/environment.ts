/** Variables that belong to the editor or to a debugger and would change or stop the engine. */
const EDITOR_VARIABLES =
  /^(NODE_OPTIONS|NODE_INSPECT_RESUME_ON_START|NODE_CHANNEL_FD|NODE_CHANNEL_SERIALIZATION_MODE|NODE_PATH|NODE_V8_COVERAGE|NODE_COMPILE_CACHE|LD_PRELOAD|ORT_.*|VSCODE_.*|ELECTRON_.*|APPLICATION_INSIGHTS.*)$/i;

/** The environment of the engine: what this process has, less what belongs to the editor. `compileCache` is a folder for compiled code. */
export function engineEnvironment(source: NodeJS.ProcessEnv, compileCache?: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(source)) {
    if (!EDITOR_VARIABLES.test(name)) env[name] = value;
  }
  // The store's many threads would each keep freed memory in an arena of their own: a fifth less with two, and no slower.
  // Weights of a model come in blocks of megabytes: as maps of their own they go back to the system when the model is unloaded, and
  // 130 MB less are taken while it is loaded.
  if (process.platform === 'linux') {
    env.MALLOC_ARENA_MAX ??= '2';
    env.MALLOC_MMAP_THRESHOLD_ ??= '524288';
  }
  if (compileCache !== undefined) env.NODE_COMPILE_CACHE = compileCache;
  // In a desktop editor the program to fork is the application itself, which this turns into Node.
  if (process.versions.electron) Object.assign(env, { ELECTRON_RUN_AS_NODE: '1', ELECTRON_NO_ASAR: '1' });
  return env;
}
