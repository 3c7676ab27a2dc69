/** Problems as RFC 9457 has them, with a stable code, what is allowed now and every faulty field at once. */
import { Type, type Static } from 'typebox';

export const FieldFault = Type.Object(
  {
    pointer: Type.String({ description: 'JSON pointer to the field in the body (or its name in the address or the headers)' }),
    rule: Type.String({ description: 'The rule it breaks, stable' }),
    message: Type.String({ description: 'In the language of the request' }),
  },
  { $id: 'FieldFault' },
);

export const Problem = Type.Object(
  {
    type: Type.String({ format: 'uri-reference', examples: ['/api/v1/problems/command_not_allowed'] }),
    title: Type.String({ examples: ['Command not allowed now'] }),
    status: Type.Integer({ minimum: 400, maximum: 599, examples: [409] }),
    detail: Type.String({ description: 'What to do about it' }),
    code: Type.String({ description: 'Stable: what a program looks at', examples: ['command_not_allowed'] }),
    instance: Type.String({ format: 'uri-reference', examples: ['/api/v1/cases/3fa85f64-5717-4562-b3fc-2c963f66afa6/claim'] }),
    requestId: Type.String(),
    errors: Type.Optional(Type.Array(Type.Unsafe<Static<typeof FieldFault>>({ $ref: 'FieldFault#' }))),
    allowed: Type.Optional(Type.Array(Type.String(), { description: 'Commands the case admits now and this person may give' })),
    details: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Codes, numbers and instants that explain the refusal' })),
  },
  { $id: 'Problem' },
);
export type ProblemBody = Static<typeof Problem>;

/** The answers every route may give. */
export const PROBLEM_RESPONSES = {
  '4xx': { description: 'Refused: see `code`', content: { 'application/problem+json': { schema: Type.Unsafe<ProblemBody>({ $ref: 'Problem#' }) } } },
  '5xx': {
    description: 'Not possible now: see `code` and `Retry-After`',
    content: { 'application/problem+json': { schema: Type.Unsafe<ProblemBody>({ $ref: 'Problem#' }) } },
  },
};
