/** Notes on a case. What the second level keeps to itself the first never reads. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { NoteLevel } from '../../db/repositories/notes.ts';
import { scopeFor } from '../../domain/access/policy.ts';
import { inScope } from '../../domain/access/scope.ts';
import type { CaseHousehold } from '../../db/repositories/households.ts';
import { ApiProblem } from '../api-problem.ts';
import { callerOf, type Caller } from '../plugins/auth.ts';
import { ifMatchOf, keyOf } from '../plugins/keys.ts';
import { CaseParams } from '../schemas/common.ts';
import { NoteBody, NoteChange, NoteParams, type NoteViewBody, type NoteWrittenBody } from '../schemas/notes.ts';
import { PROBLEM_RESPONSES } from '../schemas/problem.ts';
import { caseHeld, caseInReach, requiredTags } from '../services/people-reach.ts';
import { noteView, noteWritten, versionTag } from '../views/people.ts';
import type { RouteDeps } from './dependencies.ts';
import { COMMAND_HEADERS } from './replies.ts';

const Note = Type.Unsafe<NoteViewBody>({ $ref: 'Note#' });
const Written = Type.Unsafe<NoteWrittenBody>({ $ref: 'NoteWritten#' });
const IfMatch = Type.Optional(Type.String({ description: 'The `etag` last seen, of the note; needed' }));

const LIST = {
  config: { action: 'note.read' as const },
  schema: {
    operationId: 'listNotes',
    tags: ['families'],
    summary: 'Notes and summaries, in the order they were written',
    params: CaseParams,
    response: { 200: Type.Object({ items: Type.Array(Note) }), ...PROBLEM_RESPONSES },
  },
};
const WRITE = {
  config: { action: 'note.write' as const },
  schema: {
    operationId: 'writeNote',
    tags: ['families'],
    summary: 'Write a note, or the summary of a handover or a closure',
    params: CaseParams,
    headers: Type.Pick(COMMAND_HEADERS, ['idempotency-key']),
    body: NoteBody,
    response: { 201: Written, ...PROBLEM_RESPONSES },
  },
};
const CORRECT = {
  config: { action: 'note.write' as const },
  schema: {
    operationId: 'correctNote',
    tags: ['families'],
    summary: 'Correct a note of yours; how it read before is kept',
    params: NoteParams,
    headers: Type.Object({ 'if-match': IfMatch }),
    body: NoteChange,
    response: { 200: Note, ...PROBLEM_RESPONSES },
  },
};

/** GET and POST /cases/:caseId/notes, PATCH /cases/:caseId/notes/:noteId. */
export function noteRoutes({ households, notes, keyed, knex, issuer, now }: RouteDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/cases/:caseId/notes', LIST, async (request) => {
      const of = await caseInReach(households, request.params.caseId, callerOf(request));
      const items = await notes.list({ ...of, levels: levelsFor(callerOf(request), of) });
      return { items: items.map(noteView) };
    });

    app.post('/cases/:caseId/notes', WRITE, async (request, reply) => {
      const { person } = callerOf(request);
      const of = await caseHeld(households, request.params.caseId, callerOf(request));
      const { text, kind = 'note', level } = request.body;
      const [own, ...others] = levelsFor(callerOf(request), of).toReversed() as [NoteLevel, ...NoteLevel[]];
      const chosen = level ?? own;
      // A summary of the second level's work is the second level's to write.
      if (![own, ...others].includes(chosen) || (kind !== 'note' && own === 'first')) throw new ApiProblem('forbidden');
      const { body, replayed } = await keyed(keyOf(request, issuer), 201, async (trx) =>
        noteWritten(await notes.add({ ...of, kind, level: chosen, text }, { by: person.id, at: now() }, trx)),
      );
      if (replayed) void reply.header('idempotency-replayed', 'true');
      return reply.code(201).header('etag', body.etag).send(body);
    });

    app.patch('/cases/:caseId/notes/:noteId', CORRECT, async (request, reply) => {
      const { caseId, noteId } = request.params;
      const caller = callerOf(request);
      const of = await caseHeld(households, caseId, caller);
      const tags = requiredTags(ifMatchOf(request));
      const corrected = await knex.transaction(async (trx) => {
        const note = await notes.find({ ...of, noteId, levels: levelsFor(caller, of) }, trx);
        if (note === null) throw new ApiProblem('note_unknown');
        if (note.author !== caller.person.id) throw new ApiProblem('note_not_yours');
        if (!tags.includes(note.version)) throw new ApiProblem('note_changed');
        return notes.correct(note, { ...of, text: request.body.text }, { by: caller.person.id, at: now() }, trx);
      });
      void reply.header('etag', versionTag(corrected.version));
      return noteView(corrected);
    });
  };
}

/** The levels whose notes somebody reads on a case, the first one first. */
function levelsFor({ person }: Caller, of: CaseHousehold): readonly NoteLevel[] {
  const second = scopeFor('note.readSecondLevel', person);
  return second !== null && inScope(second, of) ? ['first', 'second'] : ['first'];
}
