import { describe, expect, test } from '@jest/globals';
import { CliError, describeFailure, EXIT } from '../../../cli/errors.ts';
import { DirectoryInUseError } from '../../../cli/embedded/errors.ts';

describe('a failure', () => {
  test('of ours is two lines: what is wrong, what to do', () => {
    expect(describeFailure(new CliError('Nothing runs.', 'Start it.', EXIT.unavailable))).toEqual({ text: 'Nothing runs.\nStart it.', exitCode: 69 });
  });

  test('that brings its exit code keeps it', () => {
    expect(describeFailure(Object.assign(new Error('DATABASE_URL is missing'), { exitCode: 78 }))).toEqual({ text: 'DATABASE_URL is missing', exitCode: 78 });
    expect(describeFailure(new DirectoryInUseError('/data', 7))).toMatchObject({ exitCode: 75 });
  });

  test('of the machine is told by what it is about', () => {
    const file = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES', syscall: 'mkdir', path: '/data' });
    expect(describeFailure(file)).toEqual({
      text: '/data may not be used by this account.\nPut that right, or choose another data directory with --data DIR.',
      exitCode: EXIT.cannotCreate,
    });
    const connection = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port: 5432 });
    expect(describeFailure(connection).text).toMatch(/^Nothing answers at 127\.0\.0\.1 port 5432 \(ECONNREFUSED\)\.\n/);
    const listening = Object.assign(new Error('listen EACCES'), { code: 'EACCES', syscall: 'listen', address: '127.0.0.1', port: 80 });
    expect(describeFailure(listening)).toEqual({ text: '127.0.0.1 port 80 may not be listened on by this account.', exitCode: 69 });
  });

  test('nobody foresaw comes with its stack', () => {
    const { text, exitCode } = describeFailure(new TypeError('x is undefined'));
    expect(exitCode).toBe(70);
    expect(text).toContain('    at ');
  });
});
