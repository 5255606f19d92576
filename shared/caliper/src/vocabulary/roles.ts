/** Core roles and their sub-roles (LIS 2; 1.2 context plus Manager#Manager of the text; caliper.md f). */
const SUB_ROLES: Readonly<Record<string, string>> = {
  Administrator:
    'Administrator Developer ExternalDeveloper ExternalSupport ExternalSystemAdministrator Support SystemAdministrator',
  ContentDeveloper: 'ContentDeveloper ContentExpert ExternalContentExpert Librarian',
  Instructor:
    'ExternalInstructor Grader GuestInstructor Instructor Lecturer PrimaryInstructor SecondaryInstructor TeachingAssistant TeachingAssistantGroup TeachingAssistantOffering TeachingAssistantSection TeachingAssistantTemplate',
  Learner: 'ExternalLearner GuestLearner Learner NonCreditLearner',
  Manager: 'AreaManager CourseCoordinator ExternalObserver Manager Observer',
  Member: 'Member',
  Mentor:
    'Advisor Auditor ExternalAdvisor ExternalAuditor ExternalLearningFacilitator ExternalMentor ExternalReviewer ExternalTutor LearningFacilitator Mentor Reviewer Tutor',
  Officer: 'Chair Secretary Treasurer Vice-Chair',
};

/** The eight core roles. */
export const CORE_ROLES: ReadonlySet<string> = new Set(Object.keys(SUB_ROLES));

/** Every role term: core roles and `Core#Sub`. */
export const ROLES: ReadonlySet<string> = new Set([
  ...CORE_ROLES,
  ...Object.entries(SUB_ROLES).flatMap(([core, subs]) => subs.split(' ').map((sub) => `${core}#${sub}`)),
]);

/** The statuses of a membership. */
export const STATUSES: ReadonlySet<string> = new Set(['Active', 'Inactive']);

/** The core role of a sub-role, '' of anything else. */
export function coreRoleOf(role: string): string {
  const hash = role.indexOf('#');
  if (hash <= 0) return '';
  const core = role.slice(0, hash);
  return CORE_ROLES.has(core) ? core : '';
}
