/**
 * How failures are written for the engine, by clients, workers and in the sandbox alike: message and stack go where the payload codec seals them. What stays readable
 * is the type, which is a code.
 */
import { DefaultFailureConverter } from '@temporalio/common';

export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
