import type { Plugin } from 'vite';

export function splitLanguages(): Plugin;
