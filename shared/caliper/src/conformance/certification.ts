/**
 * The least that a sensor must show to be certified for a profile (1EdTech certification guides 1.1 and 1.2). `all`: every
 * one of these actions; `any`: one of them. '' stands for any action.
 */
export interface CertificationRule {
  readonly profile: string;
  readonly actions: readonly string[];
  readonly needs: 'all' | 'any';
}

export const CERTIFICATION: readonly CertificationRule[] = [
  { profile: 'AnnotationProfile', actions: ['Bookmarked'], needs: 'all' },
  { profile: 'AssessmentProfile', actions: ['Submitted'], needs: 'all' },
  { profile: 'AssignableProfile', actions: ['Submitted'], needs: 'all' },
  { profile: 'FeedbackProfile', actions: ['Commented', 'Ranked'], needs: 'any' },
  { profile: 'ForumProfile', actions: ['Posted'], needs: 'all' },
  { profile: 'GeneralProfile', actions: [''], needs: 'any' },
  { profile: 'GradingProfile', actions: ['Graded'], needs: 'all' },
  { profile: 'MediaProfile', actions: ['Started', 'Ended'], needs: 'all' },
  { profile: 'ReadingProfile', actions: ['NavigatedTo', 'Viewed'], needs: 'all' },
  { profile: 'ResourceManagementProfile', actions: ['Created'], needs: 'all' },
  { profile: 'SearchProfile', actions: ['Searched'], needs: 'all' },
  { profile: 'SessionProfile', actions: ['LoggedIn'], needs: 'all' },
  { profile: 'SurveyProfile', actions: ['Submitted'], needs: 'all' },
  { profile: 'ToolLaunchProfile', actions: ['Launched'], needs: 'all' },
  { profile: 'ToolUseProfile', actions: ['Used'], needs: 'all' },
];

export interface ProfileStanding {
  readonly profile: string;
  readonly events: number;
  /** Events without a finding that counts: reasons of severity `warn`. */
  readonly conforming: number;
  /** Actions that certification asks for and no conforming event shows. */
  readonly missing: readonly string[];
}

/** How a sensor stands, profile by profile, by the events it showed. Profiles that it never sent are left out. */
export function profileStandings(
  events: readonly { readonly profile: string; readonly action: string; readonly verdict: string }[],
): readonly ProfileStanding[] {
  return CERTIFICATION.flatMap(({ profile, actions, needs }) => {
    const shown = events.filter((event) => event.profile === profile);
    if (shown.length === 0) return [];
    const conforming = shown.filter(({ verdict }) => verdict === 'ok');
    const absent = actions.filter((action) => !conforming.some((event) => action === '' || event.action === action));
    const missing = needs === 'any' && absent.length < actions.length ? [] : absent;
    return [{ profile, events: shown.length, conforming: conforming.length, missing }];
  });
}
