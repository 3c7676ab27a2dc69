import { describe, expect, test } from '@jest/globals';
import process from 'node:process';
import { cpuBetween, parseStat, sampleCpu, type ProcessTimes } from '../../../bench/cpu.ts';

function stat(pid: number, name: string, parent: number, times: readonly [number, number, number, number], started = 777): string {
  return `${pid} (${name}) S ${parent} 1 1 0 -1 4194304 100 0 0 0 ${times.join(' ')} 20 0 1 0 ${started} 1000 200`;
}

const running = (pid: number, parent: number, ownMs: number, endedChildrenMs = 0, startedAt = '1'): ProcessTimes => ({
  pid,
  parent,
  startedAt,
  ownMs,
  endedChildrenMs,
});

describe('CPU of processes', () => {
  test('a stat line is read past a name with spaces and parentheses', () => {
    expect(parseStat(stat(42, 'postgres: a (b) c', 7, [10, 5, 3, 2]))).toEqual({ pid: 42, parent: 7, startedAt: '777', ownMs: 150, endedChildrenMs: 50 });
  });

  test('a process stands for its whole tree, others are left out', () => {
    const all = [running(1, 0, 1_000), running(10, 1, 100), running(11, 10, 20), running(12, 11, 3), running(20, 1, 5_000)];
    expect(sampleCpu([{ name: 'postgres', pid: 10 }], all).get('postgres')?.ms).toBe(123);
    expect(sampleCpu([{ name: 'client', pid: 10, alone: true }], all).get('client')?.ms).toBe(100);
  });

  test('the time of a descendant that ended in between is not lost', () => {
    const counted = [{ name: 'postgres', pid: 10 }];
    const before = sampleCpu(counted, [running(10, 1, 100), running(11, 10, 40)]);
    // 30 ms more, then it ended: its parent has taken over all of its 70.
    const after = sampleCpu(counted, [running(10, 1, 110, 70)]);
    expect(cpuBetween(before, after)).toEqual({ postgres: 40 });
  });

  test('a process that was replaced by another of the same number has no figure', () => {
    const counted = [{ name: 'api', pid: 10 }];
    expect(cpuBetween(sampleCpu(counted, [running(10, 1, 100, 0, '1')]), sampleCpu(counted, [running(10, 1, 100, 0, '2')]))).toEqual({ api: null });
    expect(cpuBetween(sampleCpu(counted, []), sampleCpu(counted, [running(10, 1, 100)]))).toEqual({ api: null });
  });

  test('this very process can be measured where there is a /proc', () => {
    const sample = sampleCpu([{ name: 'self', pid: process.pid }]).get('self');
    if (process.platform === 'linux') expect(sample?.ms).toBeGreaterThan(0);
    else expect(sample).toBeNull();
  });
});
