package dev.daybook.mcp.server;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/**
 * Where the next page of an answer begins, as text that says nothing to a client: bound to the
 * workspace and to the question, so that one of elsewhere is refused. It outlives the server.
 */
final class Cursors {
  private static final int CHECK_BYTES = 9;

  private final String workspaceId;

  Cursors(String workspaceId) {
    this.workspaceId = workspaceId;
  }

  /**
   * The cursor of a position.
   *
   * @param question all that decides what the pages hold
   */
  String of(String question, String position) {
    byte[] place = position.getBytes(StandardCharsets.UTF_8);
    byte[] check = check(question, place);
    byte[] all = Arrays.copyOf(check, check.length + place.length);
    System.arraycopy(place, 0, all, check.length, place.length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
  }

  /**
   * The position that a cursor of {@link #of} says.
   *
   * @param first the position if there is no cursor
   * @throws ToolError if it is none of this question in this workspace
   */
  String position(String cursor, String question, String first) {
    if (cursor.isEmpty()) {
      return first;
    }
    try {
      byte[] all = Base64.getUrlDecoder().decode(cursor);
      if (all.length > CHECK_BYTES) {
        byte[] place = Arrays.copyOfRange(all, CHECK_BYTES, all.length);
        if (MessageDigest.isEqual(Arrays.copyOf(all, CHECK_BYTES), check(question, place))) {
          return new String(place, StandardCharsets.UTF_8);
        }
      }
    } catch (IllegalArgumentException e) {
      // Said below, as for one that can be decoded.
    }
    throw new ToolError(
        "Argument 'cursor' is no cursor of this question in this workspace; leave it out for the"
            + " first page, or give the next_cursor of the page before with the other arguments as"
            + " they were");
  }

  private byte[] check(String question, byte[] place) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] part :
          new byte[][] {
            workspaceId.getBytes(StandardCharsets.UTF_8),
            question.getBytes(StandardCharsets.UTF_8),
            place
          }) {
        digest.update(part);
        digest.update((byte) 0xff);
      }
      return Arrays.copyOf(digest.digest(), CHECK_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
