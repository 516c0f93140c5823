/**
 * Two weeks of a team that shares one workspace and nothing else: agents in JVMs of their own, some
 * killed in the middle of their work, and a person. Start at {@link
 * dev.daybook.factory.SoftwareFactory}; what an agent does is in {@link dev.daybook.factory.Agent},
 * what is proved at the end in {@link dev.daybook.factory.Report}.
 */
package dev.daybook.factory;
