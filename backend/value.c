/* backend/value.c - immutable value trees; see value.h */
#include "backend/value.h"
