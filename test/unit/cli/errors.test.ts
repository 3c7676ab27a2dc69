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

  test('nobody foresaw comes with its stack', () => {
    const { text, exitCode } = describeFailure(new TypeError('x is undefined'));
    expect(exitCode).toBe(70);
    expect(text).toContain('    at ');
  });
});
