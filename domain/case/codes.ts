/** Closed lists of codes. Until people's data has its own protected place, a case knows codes, ids and instants only: no free text. */

export const ROLES = ['operator', 'shiftLeader', 'socialWorker', 'coordinator', 'manager', 'admin', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

export const NEED_CATEGORIES = [
  'PREGNANCY',
  'POSTPARTUM_HEALTH',
  'PERINATAL_MENTAL_HEALTH',
  'BREASTFEEDING_INFANT_CARE',
  'CHILD_HEALTH_DEVELOPMENT',
  'CHILD_DISABILITY',
  'ECONOMIC_HARDSHIP',
  'FOOD_MATERIAL_AID',
  'HOUSING_EVICTION',
  'CHILDCARE_0_3',
  'PRESCHOOL_3_6',
  'WORK_LEAVE_RIGHTS',
  'PARENTING_SUPPORT',
  'ISOLATION',
  'COUPLE_CONFLICT_SEPARATION',
  'VIOLENCE',
  'CHILD_PROTECTION',
  'SUBSTANCE_USE',
  'IMMIGRATION_LANGUAGE',
  'SINGLE_PARENT',
  'YOUNG_PARENT',
  'ADOPTION_FOSTER',
  'BEREAVEMENT_LOSS',
  'DOCUMENTS_DIGITAL_ACCESS',
  'INFORMATION_ONLY',
] as const;
export type NeedCategory = (typeof NEED_CATEGORIES)[number];

export const RED_FLAGS = ['R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7', 'R8', 'R9', 'R10', 'R11', 'R12'] as const;
export type RedFlag = (typeof RED_FLAGS)[number];

export const CIRCUMSTANCES = [
  'EVICTION_30D',
  'NO_INCOME_INFANT',
  'MOOD_CONCERN',
  'ALONE_POSTPARTUM',
  'VISIT_MISSED',
  'MINOR_PREGNANT',
  'NO_RESIDENCE_PERMIT_CARE_NEED',
  'RECENT_LOSS',
  'SUBSTANCE_CONCERN',
  'STABLE_NET',
  'NO_SHELTER_TONIGHT',
] as const;
export type Circumstance = (typeof CIRCUMSTANCES)[number];

export const ASSIGN_REASONS = [
  'registered_address',
  'domicile',
  'existing_file',
  'homeless',
  'provisional_acceptance',
  'address_corrected',
  'competence_decided',
] as const;
export type AssignReason = (typeof ASSIGN_REASONS)[number];

export const RELEASE_REASONS = ['absence', 'workload', 'conflict_of_interest', 'claimed_by_mistake', 'end_of_shift'] as const;
export type ReleaseReason = (typeof RELEASE_REASONS)[number];

export const HANDOVER_REASONS = ['absence', 'workload', 'competence', 'expertise', 'family_request', 'family_moved'] as const;
export type HandoverReason = (typeof HANDOVER_REASONS)[number];

export const DECLINE_REASONS = ['workload', 'absence', 'not_competent', 'information_missing'] as const;
export type DeclineReason = (typeof DECLINE_REASONS)[number];

export const ATTEMPT_OUTCOMES = ['reached', 'reached_declined', 'no_answer', 'busy', 'wrong_number', 'voicemail_left', 'callback_requested'] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

/** What an attempt may turn out to have been: `not_made` was recorded on the wrong case, or by a slip, and nobody was called. */
export const CORRECTED_OUTCOMES = [...ATTEMPT_OUTCOMES, 'not_made'] as const;
export type CorrectedOutcome = (typeof CORRECTED_OUTCOMES)[number];

export const CORRECTION_REASONS = ['wrong_tap', 'wrong_outcome', 'wrong_case'] as const;
export type CorrectionReason = (typeof CORRECTION_REASONS)[number];

export const UNREACHABLE_DECISIONS = ['letter', 'visit', 'retry', 'close'] as const;
export type UnreachableDecision = (typeof UNREACHABLE_DECISIONS)[number];

export const DECISION_KINDS = ['information', 'appointment', 'taking_charge', 'referral'] as const;
export type DecisionKind = (typeof DECISION_KINDS)[number];

export const FOLLOW_UP_KINDS = ['call', 'home_visit', 'interview', 'check_referral', 'check_appointment', 'other'] as const;
export type FollowUpKind = (typeof FOLLOW_UP_KINDS)[number];

export const FOLLOW_UP_CANCEL_REASONS = ['no_longer_needed', 'family_declined', 'planned_by_mistake'] as const;
export type FollowUpCancelReason = (typeof FOLLOW_UP_CANCEL_REASONS)[number];

export const DISPUTE_REASONS = ['border_address', 'just_moved', 'two_households', 'refuge', 'existing_file_elsewhere', 'not_resident'] as const;
export type DisputeReason = (typeof DISPUTE_REASONS)[number];

export const COMPETENCE_REASONS = ['registered_address', 'minor_residence', 'existing_file', 'cost_of_placement', 'family_interest'] as const;
export type CompetenceReason = (typeof COMPETENCE_REASONS)[number];

export const URGENCY_REASONS = ['new_red_flag', 'situation_worsened', 'situation_improved', 'new_information', 'triage_mistake'] as const;
export type UrgencyReason = (typeof URGENCY_REASONS)[number];

export const ACKNOWLEDGEMENT_NOTES = ['taking_care', 'told_the_owner', 'reassigning', 'already_handled', 'false_alarm'] as const;
export type AcknowledgementNote = (typeof ACKNOWLEDGEMENT_NOTES)[number];

export const REPORT_GROUNDS = ['crime_ex_officio', 'child_abandonment', 'child_at_risk', 'other_grounds'] as const;
export type ReportGround = (typeof REPORT_GROUNDS)[number];

export const REPORT_DECISIONS = ['report', 'no_report', 'already_reported'] as const;
export type ReportDecision = (typeof REPORT_DECISIONS)[number];

export const REPORT_REASONS = ['legal_duty', 'grounds_confirmed', 'grounds_not_confirmed', 'known_to_authority'] as const;
export type ReportReason = (typeof REPORT_REASONS)[number];

export const CLOSURE_OUTCOMES = [
  'informed',
  'referred_accepted',
  'appointment_made',
  'taken_in_charge',
  'transferred_outside',
  'declined_by_family',
  'unreachable_decided',
  'duplicate',
  'opened_in_error',
] as const;
export type ClosureOutcome = (typeof CLOSURE_OUTCOMES)[number];

export const REOPEN_REASONS = ['family_called_back', 'new_need', 'closed_by_mistake', 'referral_failed'] as const;
export type ReopenReason = (typeof REOPEN_REASONS)[number];

/** Where a red case goes for the night: each is open round the clock. */
export const NIGHT_ROUTES = ['emergency_112', 'emergency_118', 'antiviolence_1522', 'childhood_114', 'city_on_call'] as const;
export type NightRoute = (typeof NIGHT_ROUTES)[number];

/** Why an open case is measured by another policy or calendar. `requested`: a person asked for it. */
export const REBASE_REASONS = ['policy_published', 'calendar_changed', 'horizon', 'requested'] as const;
export type RebaseReason = (typeof REBASE_REASONS)[number];

/** Why a promise was broken, as set at its review. `unrealistic_promise` is about the policy, `recorded_late` about a promise that was kept. */
export const BREACH_CAUSES = [
  'workload',
  'absence',
  'shift_change',
  'wrong_assignment',
  'competence_contested',
  'family_unavailable',
  'information_missing',
  'other_office',
  'other_emergency',
  'technical',
  'calendar_error',
  'unrealistic_promise',
  'recorded_late',
  'other',
] as const;
export type BreachCause = (typeof BREACH_CAUSES)[number];

/** Attempts after which the family has been spoken with. */
export function isContact(outcome: CorrectedOutcome): boolean {
  return outcome === 'reached' || outcome === 'reached_declined';
}

/** Attempts in which somebody really called. */
export function wasMade({ outcome }: { readonly outcome: CorrectedOutcome }): boolean {
  return outcome !== 'not_made';
}

/** The roles that count as a supervisor's eyes on a red case (the coordinator of the municipio, or the shift leader of the line). */
export function isSupervisor(roles: readonly Role[]): boolean {
  return roles.includes('coordinator') || roles.includes('shiftLeader');
}
