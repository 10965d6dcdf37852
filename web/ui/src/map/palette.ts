import type { Theme } from './types';

export interface Palette {
  sea: string;
  neighbours: string;
  country: string;
  regionBorder: string;
  chosenRegion: string;
  countryBorder: string;
  neighbourBorder: string;
  lake: string;
  river: string;
  townLabel: string;
  townDot: string;
  faintLabel: string;
  waterLabel: string;
  halo: string;
  ink: string;
  staleInk: string;
  ground: string;
  quietRing: string;
  action: string;
  position: string;
}

export const palettes: Record<Theme, Palette> = {
  light: {
    sea: '#c9dee9',
    neighbours: '#eceeea',
    country: '#fbfcfa',
    regionBorder: '#bfc9c3',
    chosenRegion: '#3c7d6f',
    countryBorder: '#84928a',
    neighbourBorder: '#bcc5bf',
    lake: '#c0d9e7',
    river: '#a8cadf',
    townLabel: '#3b4742',
    townDot: '#6c7a73',
    faintLabel: '#74827a',
    waterLabel: '#3f7596',
    halo: '#fbfcfa',
    ink: '#18211d',
    staleInk: '#66746d',
    ground: '#ffffff',
    quietRing: '#c3cbc6',
    action: '#0f5b4c',
    position: '#175a9c',
  },
  dark: {
    sea: '#0c1d28',
    neighbours: '#0d1412',
    country: '#18231f',
    regionBorder: '#35453e',
    chosenRegion: '#4f9c8a',
    countryBorder: '#6b7d74',
    neighbourBorder: '#2c3a34',
    lake: '#17384b',
    river: '#1f465b',
    townLabel: '#bccac2',
    townDot: '#82938a',
    faintLabel: '#7f9087',
    waterLabel: '#6fa6c7',
    halo: '#18231f',
    ink: '#e8f0eb',
    staleInk: '#8b9b93',
    ground: '#141d1a',
    quietRing: '#3d4c45',
    action: '#6fd0b8',
    position: '#7cbcf5',
  },
  night: {
    sea: '#1c0000',
    neighbours: '#0c0000',
    country: '#000000',
    regionBorder: '#5c0000',
    chosenRegion: '#d00000',
    countryBorder: '#8c0000',
    neighbourBorder: '#3a0000',
    lake: '#240000',
    river: '#4a0000',
    townLabel: '#f40000',
    townDot: '#c00000',
    faintLabel: '#c00000',
    waterLabel: '#e00000',
    halo: '#000000',
    ink: '#ff0000',
    staleInk: '#ec0000',
    ground: '#000000',
    quietRing: '#7c0000',
    action: '#ff0000',
    position: '#ff0000',
  },
};

/** Icons and labels of cases and teams make room for one another: the declutter group of their layers. */
export const labelGroup = 'labels';
