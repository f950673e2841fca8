package io.nexus.api.consensus;

/** Why a group on this node did not decide a command. Only UNKNOWN leaves open whether it was. */
public enum SubmitFailure {
    /** Another node leads, or none; the command was not appended. */
    NOT_LEADER,
    /** This node leads but is not ready to serve (new leader, stepping down, installing). Not appended. */
    NOT_READY,
    /** A queue is at its limit. Not appended. */
    OVERLOADED,
    /** The group does not run here (stopped, removed, starting). Not appended. */
    CLOSED,
    /** The command's time was over before it was appended. */
    EXPIRED,
    /** Appended perhaps: leadership was lost or the time was over in mid-flight. Propose again with the same id. */
    UNKNOWN
}
