/**
 * A first look at Daybook: two agents in two JVMs share one workspace and nothing else. Start at
 * {@link dev.daybook.quickstart.Quickstart}; what an agent does is in {@link
 * dev.daybook.quickstart.WeekOne} and {@link dev.daybook.quickstart.WeekTwo}.
 */
package dev.daybook.quickstart;
