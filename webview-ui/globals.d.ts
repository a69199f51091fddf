/** esbuild bundles the styles beside the script. */
declare module '*.css';
