/**
 * CPU time of processes, read from /proc (Linux). The contract:
 * 1. A process stands for its whole tree: Postgres has a process a connection.
 * 2. Time of a descendant that ended in between is not lost: its parent's "children" figures take it over.
 * 3. Where there is no /proc, or a process is not the one it was, the figure is null, never a guess.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** A process whose CPU is counted under a name. */
export interface CountedProcess {
  readonly name: string;
  readonly pid: number;
  /** Count the process without its descendants. @default false */
  readonly alone?: boolean;
}

/** One line of /proc/<pid>/stat, as far as it is needed. */
export interface ProcessTimes {
  readonly pid: number;
  readonly parent: number;
  /** Tells this process from a later one of the same number. */
  readonly startedAt: string;
  readonly ownMs: number;
  readonly endedChildrenMs: number;
}

/** CPU milliseconds so far by name; null where the process is gone or cannot be read. */
export type CpuSample = ReadonlyMap<string, { readonly ms: number; readonly mark: string } | null>;

// USER_HZ, the unit of /proc, has been 100 on every Linux platform Node runs on.
const TICK_MS = 10;

/** Reads one stat line. The name stands in parentheses and may hold spaces and parentheses itself. */
export function parseStat(text: string): ProcessTimes {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = (index: number): number => Number(fields[index]) * TICK_MS;
  return {
    pid: Number.parseInt(text, 10),
    parent: Number(fields[1]),
    startedAt: fields[19] ?? '',
    ownMs: ticks(11) + ticks(12),
    endedChildrenMs: ticks(13) + ticks(14),
  };
}

/** Samples every named process now. */
export function sampleCpu(processes: readonly CountedProcess[], all: readonly ProcessTimes[] = readAll()): CpuSample {
  const byPid = new Map(all.map((one) => [one.pid, one]));
  return new Map(
    processes.map(({ name, pid, alone }) => {
      const root = byPid.get(pid);
      if (root === undefined) return [name, null];
      const ms = alone === true ? root.ownMs : treeOf(root, all).reduce((sum, one) => sum + one.ownMs + one.endedChildrenMs, 0);
      return [name, { ms, mark: root.startedAt }];
    }),
  );
}

/** CPU milliseconds spent between two samples, by name. */
export function cpuBetween(before: CpuSample, after: CpuSample): Record<string, number | null> {
  return Object.fromEntries(
    [...after].map(([name, end]) => {
      const start = before.get(name) ?? null;
      const same = start !== null && end !== null && start.mark === end.mark;
      return [name, same ? end.ms - start.ms : null];
    }),
  );
}

function treeOf(root: ProcessTimes, all: readonly ProcessTimes[]): readonly ProcessTimes[] {
  const tree = [root];
  for (let index = 0; index < tree.length; index++) tree.push(...all.filter((one) => one.parent === tree[index]?.pid));
  return tree;
}

function readAll(): readonly ProcessTimes[] {
  return listPids().flatMap((pid) => {
    try {
      return [parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))];
    } catch {
      // It ended while the list was read.
      return [];
    }
  });
}

function listPids(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}
