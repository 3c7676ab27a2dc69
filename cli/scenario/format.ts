/** The scenario file, as a schema: what `parse.ts` checks and `docs/reference/scenarios.md` explains. */
import Type from 'typebox';
import { CIRCUMSTANCES, NEED_CATEGORIES, RED_FLAGS, ROLES } from '../../domain/case/codes.ts';
import { PERSON_COMMANDS } from '../../domain/case/commands.ts';
import { AUDIENCES, CLOCK_NAMES, URGENCIES } from '../../domain/sla/policy.ts';
import { DURATION_PATTERN } from './duration.ts';

/** Everything a step may do: each command on a case, and opening it again. */
export const STEP_COMMANDS = [...PERSON_COMMANDS, 'reopen'] as const;

const closed = { additionalProperties: false } as const;
const Seconds = Type.Number({ minimum: 0 });
const Anything = Type.Unknown();
const Fields = Type.Record(Type.String(), Anything);
const Label = Type.String({ pattern: '^[a-z][A-Za-z]*(@([0-9]+|CENTRAL))?$' });

const Target = {
  budget: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  warnings: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 99 }))),
  ladder: Type.Optional(
    Type.Array(
      Type.Object(
        {
          after: Type.Optional(Type.Number()),
          unacknowledged: Type.Optional(Type.Literal(true)),
          tell: Type.Array(Type.Enum([...AUDIENCES]), { minItems: 1 }),
        },
        closed,
      ),
    ),
  ),
};
const OneTarget = Type.Union([Type.Object(Target, closed), Type.Null()]);

/** A clock's promise: the same at each urgency, or one each. Lengths in seconds of wall time. */
const ScenarioClock = Type.Object({ ...Target, red: Type.Optional(OneTarget), yellow: Type.Optional(OneTarget), green: Type.Optional(OneTarget) }, closed);

/** What differs from the default policy, in seconds of wall time. */
export const ScenarioPolicySchema = Type.Object(
  {
    clocks: Type.Optional(Type.Object(Object.fromEntries(CLOCK_NAMES.map((name) => [name, Type.Optional(Type.Union([ScenarioClock, Type.Null()]))])), closed)),
    attempts: Type.Optional(Type.Object({ exhaustedAfter: Type.Optional(Type.Integer({ minimum: 1 })), minimumGap: Type.Optional(Seconds) }, closed)),
    twoPersonClosure: Type.Optional(Type.Array(Type.Enum([...URGENCIES]))),
    maximumPauseDays: Type.Optional(Type.Integer({ minimum: 1 })),
    reopenWindow: Type.Optional(Seconds),
    authorCorrection: Type.Optional(Seconds),
    backdate: Type.Optional(Seconds),
  },
  closed,
);

const callFields = {
  municipio: Type.Optional(Type.Union([Type.Integer({ minimum: 1 }), Type.String(), Type.Null()])),
  primary_category: Type.Enum([...NEED_CATEGORIES]),
  other_categories: Type.Optional(Type.Array(Type.Enum([...NEED_CATEGORIES]))),
  urgency: Type.Enum([...URGENCIES]),
  red_flags: Type.Optional(Type.Array(Type.Enum([...RED_FLAGS]))),
  circumstances: Type.Optional(Type.Array(Type.Enum([...CIRCUMSTANCES]))),
};

/** What is opened. A whole entry of a file of calls may be pasted: only its `expected` is read, and only these fields of it. */
export const CallSchema = Type.Object(callFields);
export const PastedCallSchema = Type.Object({ expected: CallSchema });

export const ExpectSchema = Type.Object(
  {
    status: Type.Optional(Type.Integer({ minimum: 100, maximum: 599 })),
    problem: Type.Optional(Fields),
    answer: Type.Optional(Fields),
    etag: Type.Optional(Type.Enum(['changed', 'unchanged'])),
    case: Type.Optional(Fields),
    clocks: Type.Optional(Type.Record(Type.String(), Type.Union([Fields, Type.Null()]))),
    events: Type.Optional(Type.Array(Type.Union([Type.String(), Fields]))),
    timeline: Type.Optional(Anything),
    alerts: Type.Optional(Anything),
  },
  closed,
);

const WaitSchema = Type.Object(
  {
    seconds: Type.Optional(Seconds),
    event: Type.Optional(Type.Union([Type.String(), Fields])),
    times: Type.Optional(Type.Integer({ minimum: 1 })),
    within: Type.Optional(Type.String({ pattern: DURATION_PATTERN })),
  },
  closed,
);

export const StepSchema = Type.Object(
  {
    title: Type.Optional(Type.String()),
    as: Type.Optional(Label),
    do: Type.Optional(Type.Enum([...STEP_COMMANDS])),
    with: Type.Optional(Fields),
    ifMatch: Type.Optional(Type.Union([Type.Enum(['current', 'stale', 'none']), Type.Integer()])),
    repeat: Type.Optional(Type.Literal(true)),
    wait: Type.Optional(WaitSchema),
    expect: Type.Optional(ExpectSchema),
  },
  closed,
);

const PersonSchema = Type.Object(
  {
    roles: Type.Array(Type.Enum([...ROLES]), { minItems: 1 }),
    municipi: Type.Optional(Type.Array(Type.Union([Type.Integer({ minimum: 1 }), Type.String()]))),
    sub: Type.Optional(Type.String({ minLength: 1 })),
  },
  closed,
);

export const ScenarioSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    title: Type.String({ minLength: 1 }),
    note: Type.Optional(Type.String()),
    policy: Type.Optional(ScenarioPolicySchema),
    people: Type.Optional(Type.Record(Type.String(), PersonSchema)),
    call: Type.Unknown(),
    open: Type.Optional(Type.Object({ as: Type.Optional(Label), with: Type.Optional(Fields), expect: Type.Optional(ExpectSchema) }, closed)),
    steps: Type.Array(StepSchema),
  },
  closed,
);

export type ScenarioPolicy = Type.Static<typeof ScenarioPolicySchema>;
export type Call = Type.Static<typeof CallSchema>;
export type Expect = Type.Static<typeof ExpectSchema>;
export type Step = Type.Static<typeof StepSchema>;
export type PersonEntry = Type.Static<typeof PersonSchema>;
export type ScenarioFile = Type.Static<typeof ScenarioSchema>;
