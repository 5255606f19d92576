import { STANDARD_ACTIONS } from './actions.ts';

/** What the standard says of one event type. Types include their subtypes; an empty list leaves the slot free. */
export interface EventRule {
  /** Profile to assume when the event names none. */
  readonly profile: string;
  readonly actors: readonly string[];
  readonly actions: ReadonlySet<string>;
  /** Of earlier versions: valid input, said as info. */
  readonly deprecatedActions: ReadonlySet<string>;
  readonly objects: readonly string[];
  readonly targets: readonly string[];
  readonly generated: readonly string[];
  /** `1.0` and so on: the version that brought it, `library`, or the vendor. */
  readonly since: string;
  readonly deprecated: boolean;
}

const words = (text: string): readonly string[] => (text === '' ? [] : text.split(' '));
const rule = (
  since: string,
  profile: string,
  actors: string,
  actions: string,
  objects: string,
  targets: string,
  generated: string,
  deprecatedActions = '',
  deprecated = false,
): EventRule => ({
  since,
  profile,
  actors: words(actors),
  actions: new Set(words(actions)),
  deprecatedActions: new Set(words(deprecatedActions)),
  objects: words(objects),
  targets: words(targets),
  generated: words(generated),
  deprecated,
});

const MEDIA_ACTIONS =
  'Started Ended Paused Resumed Restarted ForwardedTo JumpedTo ChangedResolution ChangedSize ChangedSpeed ChangedVolume EnabledClosedCaptioning DisabledClosedCaptioning EnteredFullScreen ExitedFullScreen Muted Unmuted OpenedPopout ClosedPopout';
const OLD_ANNOTATIONS =
  'Attached Classified Commented Described Disliked Identified Liked Linked Questioned Ranked Recommended Subscribed';
const RESOURCE_ACTIONS =
  'Archived Copied Created Deleted Described Downloaded Modified Printed Published Restored Retrieved Saved Unpublished Uploaded';

/** Event types (specification 1.2, section 3.4 and the profile tables; caliper.md b; vendor rows caliper.md g.2). */
export const EVENT_RULES: ReadonlyMap<string, EventRule> = new Map([
  ['Event', rule('1.0', 'GeneralProfile', 'Agent', [...STANDARD_ACTIONS].join(' '), '', '', '')],
  [
    'AnnotationEvent',
    rule(
      '1.0',
      'AnnotationProfile',
      'Person',
      'Bookmarked Highlighted Shared Tagged',
      'DigitalResource',
      'Frame',
      'Annotation',
      OLD_ANNOTATIONS,
    ),
  ],
  [
    'AssessmentEvent',
    rule(
      '1.0',
      'AssessmentProfile',
      'Person',
      'Started Paused Resumed Restarted Reset Submitted',
      'Assessment',
      '',
      'Attempt',
    ),
  ],
  [
    'AssessmentItemEvent',
    rule(
      '1.0',
      'AssessmentProfile',
      'Person',
      'Started Skipped Completed',
      'AssessmentItem',
      '',
      'Attempt Response',
      'Reviewed Viewed',
    ),
  ],
  [
    'AssignableEvent',
    rule(
      '1.0',
      'AssignableProfile',
      'Person',
      'Activated Deactivated Started Completed Submitted Reviewed',
      'AssignableDigitalResource',
      'Frame',
      'Attempt',
      'Abandoned Hid Showed',
    ),
  ],
  ['FeedbackEvent', rule('1.2', 'FeedbackProfile', 'Person', 'Commented Ranked', 'Entity', 'Frame', 'Comment Rating')],
  ['ForumEvent', rule('1.1', 'ForumProfile', 'Person', 'Subscribed Unsubscribed', 'Forum', '', '')],
  ['MessageEvent', rule('1.1', 'ForumProfile', 'Person', 'MarkedAsRead MarkedAsUnread Posted', 'Message', '', '')],
  ['ThreadEvent', rule('1.1', 'ForumProfile', 'Person', 'MarkedAsRead MarkedAsUnread', 'Thread', '', '')],
  ['GradeEvent', rule('1.1', 'GradingProfile', 'Agent', 'Graded', 'Attempt', '', 'Score')],
  ['MediaEvent', rule('1.0', 'MediaProfile', 'Person', MEDIA_ACTIONS, 'MediaObject', 'MediaLocation', '', 'Rewound')],
  [
    'NavigationEvent',
    rule(
      '1.0',
      'ReadingProfile',
      'Person',
      'NavigatedTo',
      'DigitalResource SoftwareApplication',
      'DigitalResource',
      '',
    ),
  ],
  ['ViewEvent', rule('1.0', 'ReadingProfile', 'Person', 'Viewed', 'DigitalResource Result', 'DigitalResource', '')],
  ['QuestionnaireEvent', rule('1.2', 'SurveyProfile', 'Person', 'Started Submitted', 'Questionnaire', '', 'Attempt')],
  [
    'QuestionnaireItemEvent',
    rule('1.2', 'SurveyProfile', 'Person', 'Started Skipped Completed', 'QuestionnaireItem', '', 'Attempt Response'),
  ],
  ['SurveyEvent', rule('1.2', 'SurveyProfile', 'Person', 'OptedIn OptedOut', 'Survey', '', '')],
  [
    'SurveyInvitationEvent',
    rule('1.2', 'SurveyProfile', 'Person', 'Accepted Declined Sent', 'SurveyInvitation', '', ''),
  ],
  [
    'ResourceManagementEvent',
    rule('1.2', 'ResourceManagementProfile', 'Person', RESOURCE_ACTIONS, 'DigitalResource', '', 'DigitalResource'),
  ],
  ['SearchEvent', rule('1.2', 'SearchProfile', 'Person', 'Searched', 'Entity', '', 'SearchResponse')],
  [
    'SessionEvent',
    rule(
      '1.0',
      'SessionProfile',
      'Person SoftwareApplication',
      'LoggedIn LoggedOut TimedOut',
      'SoftwareApplication Session',
      'DigitalResource Session',
      '',
    ),
  ],
  [
    'ToolLaunchEvent',
    rule(
      '1.2',
      'ToolLaunchProfile',
      'Person',
      'Launched Returned',
      'SoftwareApplication',
      'Link LtiLink',
      'DigitalResource',
    ),
  ],
  [
    'ToolUseEvent',
    rule(
      '1.1',
      'ToolUseProfile',
      'Person',
      'Used',
      'SoftwareApplication',
      'SoftwareApplication',
      'AggregateMeasureCollection',
    ),
  ],
  ['OutcomeEvent', rule('1.0', 'GradingProfile', 'Agent', 'Graded', 'Attempt', '', 'Result', '', true)],
  [
    'ReadingEvent',
    rule(
      '1.0',
      'ReadingProfile',
      'Person',
      'NavigatedTo Searched Viewed',
      'DigitalResource',
      'DigitalResource',
      '',
      '',
      true,
    ),
  ],
  ['LibraryUseEvent', rule('library', 'LibraryProfile', 'Agent', 'Used', 'Library LibrarySpace', '', '')],
  [
    'LibraryResourceUseEvent',
    rule('library', 'LibraryProfile', 'Agent', 'Accessed', 'LibraryResource DigitalResource', '', ''),
  ],
  ['LibraryParticipationEvent', rule('library', 'LibraryProfile', 'Agent', 'Attended', 'LibraryActivity', '', '')],
  ['bb:ForumEvent', rule('blackboard', '', 'Person', 'Created Modified Deleted', 'bb:Forum', '', 'bb:ForumPost')],
  ['bb:ContentEvent', rule('blackboard', '', 'Person', 'Created Modified Deleted', 'bb:Content', '', '')],
  ['bb:CourseGroupEvent', rule('blackboard', '', 'Person', 'Created Modified Deleted', 'Group', '', '')],
  ['bb:BlogEvent', rule('blackboard', '', 'Person', 'Created Modified Commented', 'bb:Blog', '', 'bb:BlogPost')],
  ['bb:WikiEvent', rule('blackboard', '', 'Person', 'Created Modified Commented', 'bb:WikiPage', '', 'bb:WikiPost')],
  ['bb:LTIEvent', rule('blackboard', '', 'Person', 'LoggedIn LoggedOut', 'bb:LTILaunchInfo', '', '')],
  ['bb:CalculatedGradeSnapshotEvent', rule('blackboard', '', 'Agent', 'Graded', 'bb:CalculatedGrade', '', '')],
]);

/** Events that give a grade: their learner is the graded person, never the actor by default (semantics.md, "Learner"). */
export const GRADE_TYPES: ReadonlySet<string> = new Set([
  'GradeEvent',
  'OutcomeEvent',
  'bb:CalculatedGradeSnapshotEvent',
]);

/** Types that only 1.2 has: an event of one of them without a context is 1.2 (caliper.md a.2). */
export const TYPES_SINCE_1_2: ReadonlySet<string> = new Set(
  [...EVENT_RULES].filter(([, { since }]) => since === '1.2').map(([type]) => type),
);

/** Is it an event by its type: a known one, or any whose name ends in `Event` (caliper.md e.1)? */
export function isEventType(type: string): boolean {
  return EVENT_RULES.has(type) || type.endsWith('Event');
}
