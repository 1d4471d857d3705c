// The parts of the administration, and who sees each.

import type { Component } from 'svelte';
import { session } from '../../app/session.svelte';

export const partIds = ['who', 'organisation', 'stand-ins', 'change', 'versions', 'roles', 'rules', 'regimes', 'ladders', 'templates', 'retention', 'notices', 'events'] as const;
export type PartId = (typeof partIds)[number];
interface Part { id: PartId; permissions: string[]; page: () => Promise<{ default: Component }> }

const parts: Part[] = [
  { id: 'who', permissions: ['organisation.read'], page: () => import('./Who.svelte') },
  { id: 'organisation', permissions: ['organisation.read'], page: () => import('./Organisation.svelte') },
  { id: 'stand-ins', permissions: ['organisation.read'], page: () => import('./StandIns.svelte') },
  { id: 'change', permissions: ['organisation.change'], page: () => import('./Change.svelte') },
  { id: 'versions', permissions: ['organisation.history'], page: () => import('./Versions.svelte') },
  { id: 'roles', permissions: ['organisation.read'], page: () => import('./Roles.svelte') },
  { id: 'rules', permissions: ['regimes.read'], page: () => import('./Rules.svelte') },
  { id: 'regimes', permissions: ['regimes.read'], page: () => import('./Regimes.svelte') },
  { id: 'ladders', permissions: ['organisation.read'], page: () => import('./Ladders.svelte') },
  { id: 'templates', permissions: ['operations.read'], page: () => import('./Templates.svelte') },
  { id: 'retention', permissions: ['organisation.read'], page: () => import('./Retention.svelte') },
  { id: 'notices', permissions: ['notices.read', 'operations.read'], page: () => import('./Notices.svelte') },
  { id: 'events', permissions: ['operations.read'], page: () => import('./Events.svelte') },
];

export const partsShown = () => parts.filter(({ permissions }) => session.may(...permissions));
