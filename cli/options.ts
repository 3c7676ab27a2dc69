/** Options of commands, and how their values are read. */
import process from 'node:process';
import { Command, InvalidArgumentError } from 'commander';
import { EXIT } from './errors.ts';

/** What every command takes. */
export interface Shared {
  readonly data?: string;
}

/** Reads a whole number within a range. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER) {
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `from ${least} to ${most}`;
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least || value > most) throw new InvalidArgumentError(`A whole number ${range} is expected.`);
    return value;
  };
}

/** An option given several times, or as a list joined by commas. */
export function collect(value: string, earlier: readonly string[] | undefined): readonly string[] {
  return [...(earlier ?? []), ...value.split(',')];
}

/** The same, of numbers. */
export function collectIds(value: string, earlier: readonly number[] | undefined): readonly number[] {
  return [...(earlier ?? []), ...value.split(',').map(wholeNumber(1))];
}

/** A command that works with the embedded default. */
export function command(name: string, description: string): Command {
  return new Command(name).description(description).option('--data <dir>', 'data directory of the embedded default (else DATA_DIR, else .data)');
}

/** A wrong use of any command, of itself or of those below, points to its help and ends with the code for it: 1 would say that it ran and found a difference. */
export function withUsage(program: Command, path = program.name()): Command {
  program.showHelpAfterError(`(${path} --help lists what there is)`).exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.usage));
  for (const child of program.commands) withUsage(child, `${path} ${child.name()}`);
  return program;
}
