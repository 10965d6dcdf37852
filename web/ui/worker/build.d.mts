import type { Plugin } from 'vite';

export function shell(): Plugin;
export function firstBoard(out: string, names: string[]): { name: string; bytes: number }[];
