/** Bad use of the command line: one clear line and exit code 2. */
export class UsageError extends Error {}
