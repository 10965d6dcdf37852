import { defineConfig } from 'vitest/config';
import { splitLanguages } from './src/language/split.mjs';
import { shell } from './worker/build.mjs';

// The address that `izdeu serve` listens on by default; the development server hands API calls on to it.
const server = process.env.IZDEU_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [splitLanguages(), shell()],
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: ['es2022', 'chrome100', 'firefox100', 'safari15.4'],
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600,
  },
  server: {
    fs: { allow: ['.', '../../geo'] },
    proxy: {
      '/api': { target: server, ws: true, changeOrigin: true },
      '/live': { target: server, ws: true, changeOrigin: true },
    },
  },
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx'], environment: 'node' },
});
