// SPDX-License-Identifier: GPL-2.0
/* Binary files of sysfs are constant for those who read and write them. */
#include <linux/sysfs.h>
typedef ssize_t write_file(struct file *, struct kobject *, const struct bin_attribute *, char *, loff_t, size_t);
void probe(struct bin_attribute *attr, write_file *write);
void probe(struct bin_attribute *attr, write_file *write)
{
	attr->write = write;
}
