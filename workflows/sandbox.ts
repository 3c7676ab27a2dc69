/**
 * Evaluated once, when a worker makes the context its workflows run in and before that is frozen (worker/bundle.ts).
 * The SDK takes a stack trace of every promise, each frame of it looked up in the source map, for a query nobody asks of a case whose state can be asked for:
 * a seventh of what a command cost the worker. Two frames are its own hook's; for an error of ours they are where it was thrown and who called that.
 */
Error.stackTraceLimit = 2;

export {};
