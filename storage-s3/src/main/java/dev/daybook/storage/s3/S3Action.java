package dev.daybook.storage.s3;

/** What the store was doing when something failed, and what a policy has to allow for it. */
enum S3Action {
  CREATE("create", "s3:PutObject"),
  READ("read", "s3:GetObject"),
  LIST("list", "s3:ListBucket"),
  OVERWRITE("overwrite", "s3:PutObject"),
  DELETE("delete", "s3:DeleteObject");

  private final String verb;
  private final String permission;

  S3Action(String verb, String permission) {
    this.verb = verb;
    this.permission = permission;
  }

  String verb() {
    return verb;
  }

  String permission() {
    return permission;
  }
}
