/* fs/main.c - the hvfs program */
int
main (void)
{
  return 1;
}
