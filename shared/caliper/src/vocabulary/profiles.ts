import { isA } from './entity-types.ts';
import { EVENT_RULES } from './event-types.ts';

/** The profile terms of 1.2 and of the Library extension (caliper.md b). */
export const PROFILES: ReadonlySet<string> = new Set(
  'AnnotationProfile AssessmentProfile AssignableProfile FeedbackProfile ForumProfile GeneralProfile GradingProfile MediaProfile ReadingProfile ResourceManagementProfile SearchProfile SessionProfile SurveyProfile ToolLaunchProfile ToolUseProfile LibraryProfile'.split(
    ' ',
  ),
);

/** NavigationEvent and ViewEvent belong to several profiles: the object tells which (specification 1.2, profile tables). */
const BY_OBJECT: readonly (readonly [objectType: string, profile: string])[] = [
  ['Result', 'GradingProfile'],
  ['Questionnaire', 'SurveyProfile'],
  ['QuestionnaireItem', 'SurveyProfile'],
  ['Survey', 'SurveyProfile'],
  ['AssessmentItem', 'AssessmentProfile'],
  ['Assessment', 'AssessmentProfile'],
  ['AssignableDigitalResource', 'AssignableProfile'],
  ['Forum', 'ForumProfile'],
  ['Thread', 'ForumProfile'],
  ['Message', 'ForumProfile'],
  ['MediaObject', 'MediaProfile'],
  ['MediaLocation', 'MediaProfile'],
];

/** The profile of an event that names none: by its type and, for the shared types, its object. '' for vendor types. */
export function derivedProfile(type: string, objectType: string): string {
  if (objectType !== '' && (type === 'ViewEvent' || type === 'NavigationEvent')) {
    for (const [ancestor, profile] of BY_OBJECT) if (isA(objectType, ancestor)) return profile;
  }
  return EVENT_RULES.get(type)?.profile ?? '';
}
