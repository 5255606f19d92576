/** The 80 actions of Caliper 1.2 (specification 1.2, appendix A; caliper.md a.5). Those of 1.0 and 1.1 are among them. */
export const STANDARD_ACTIONS: ReadonlySet<string> = new Set(
  `Abandoned Accepted Activated Added Archived Attached Bookmarked ChangedResolution ChangedSize ChangedSpeed
ChangedVolume Classified ClosedPopout Commented Completed Copied Created Deactivated Declined Deleted Described
DisabledClosedCaptioning Disliked Downloaded EnabledClosedCaptioning Ended EnteredFullScreen ExitedFullScreen
ForwardedTo Graded Hid Highlighted Identified JumpedTo Launched Liked Linked LoggedIn LoggedOut MarkedAsRead
MarkedAsUnread Modified Muted NavigatedTo OpenedPopout OptedIn OptedOut Paused Posted Printed Published Questioned
Ranked Recommended Removed Reset Restarted Restored Resumed Retrieved Returned Reviewed Rewound Saved Searched Sent
Shared Showed Skipped Started Submitted Subscribed Tagged TimedOut Unmuted Unpublished Unsubscribed Uploaded Used
Viewed`.split(/\s+/),
);

/** Actions of the Library extension (candidate, Nov 2020). */
export const LIBRARY_ACTIONS: ReadonlySet<string> = new Set(['Accessed', 'Attended']);

/** Spellings that the standard's own documents and sensors use beside the chosen one (caliper.md a.4). */
export const ACTION_SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['DisabledCloseCaptioning', 'DisabledClosedCaptioning'],
  ['EnabledCloseCaptioning', 'EnabledClosedCaptioning'],
  ['DisableCloseCaptioning', 'DisabledClosedCaptioning'],
  ['EnableCloseCaptioning', 'EnabledClosedCaptioning'],
  ['DisableClosedCaptioning', 'DisabledClosedCaptioning'],
  ['EnableClosedCaptioning', 'EnabledClosedCaptioning'],
  ['MarkedAsUnRead', 'MarkedAsUnread'],
]);

/** Is it an action of the standard or of its Library extension, in the chosen spelling? */
export function isKnownAction(action: string): boolean {
  return STANDARD_ACTIONS.has(action) || LIBRARY_ACTIONS.has(action);
}
